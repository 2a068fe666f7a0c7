"""What Excel, WPS, LibreOffice and a web page put on the clipboard, in the shapes they are known to have."""

# Excel: a whole document with its styles; a run of empty cells in one that spans them (mso-ignore:colspan), several
# empty lines in one (mso-xlrowspan), NBSP in mso-spacerun, and at the end a line not shown that holds the widths.
EXCEL_HTML = """<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:x="urn:schemas-microsoft-com:office:excel"
xmlns="http://www.w3.org/TR/REC-html40">

<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Excel.Sheet>
<meta name=Generator content="Microsoft Excel 15">
<style>
<!--table
\t{mso-displayed-decimal-separator:"\\.";
\tmso-displayed-thousand-separator:"\\,";}
tr
\t{mso-height-source:auto;}
br
\t{mso-data-placement:same-cell;}
.xl65
\t{mso-number-format:"_ * \\#\\,\\#\\#0\\.00_ \\;_ * \\\\-\\#\\,\\#\\#0\\.00_ \\;_ * \\0022-\\0022??_ \\;_ \\@_ ";}
-->
</style>
</head>

<body link="#0563C1" vlink="#954F72">

<table border=0 cellpadding=0 cellspacing=0 width=216 style='border-collapse:
 collapse;width:162pt'>
<!--StartFragment-->
 <col width=72 span=3 style='width:54pt'>
 <tr height=19 style='height:14.25pt'>
  <td height=19 class=xl65 align=right width=72 style='height:14.25pt;
  width:54pt'><span style='mso-spacerun:yes'>&nbsp;</span>1,200.50<span
  style='mso-spacerun:yes'>&nbsp;</span></td>
  <td class=xl65 width=72 style='width:54pt'>900<br>
    万元</td>
  <td class=xl65 align=right width=72 style='width:54pt'>7</td>
 </tr>
 <tr height=19 style='height:14.25pt'>
  <td height=19 colspan=2 style='height:14.25pt;mso-ignore:colspan'></td>
  <td align=right>8</td>
 </tr>
 <tr height=38 style='height:28.5pt;mso-xlrowspan:2'>
  <td height=38 colspan=3 style='height:28.5pt;mso-ignore:colspan'></td>
 </tr>
 <tr height=19 style='height:14.25pt'>
  <td height=19 align=right style='height:14.25pt'>500</td>
  <td></td>
  <td></td>
 </tr>
 <![if supportMisalignedColumns]>
 <tr height=0 style='display:none'>
  <td width=72 style='width:54pt'></td>
  <td width=72 style='width:54pt'></td>
  <td width=72 style='width:54pt'></td>
 </tr>
 <![endif]>
<!--EndFragment-->
</table>

</body>

</html>"""
EXCEL_TEXT = ' 1,200.50 \t"900\n万元"\t7\r\n\t\t8\r\n\t\t\r\n\t\t\r\n500\t\t\r\n'

# WPS: the same markers, quoted attributes, widths in pt with two decimals.
WPS_HTML = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
 xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40">
 <head>
  <meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
  <meta name="ProgId" content="Excel.Sheet"/>
  <meta name="Generator" content="WPS Office ET"/>
  <style>
<!-- @page
\t{margin:0.98in 0.75in 0.98in 0.75in;}
.et2
\t{mso-number-format:"0\\.00_ ";}
 -->  </style>
 </head>
 <body>
<!--StartFragment-->
  <table width="144" border="0" cellpadding="0" cellspacing="0"
   style='width:108.00pt;border-collapse:collapse;table-layout:fixed;'>
   <col width="72" span="2" style='width:54.00pt;'/>
   <tr height="18" style='height:13.50pt;'>
    <td class="et2" height="18" width="72" align="right" style='height:13.50pt;width:54.00pt;'
     x:num="1200.5">1200.50 </td>
    <td class="et2" width="72" align="right" style='width:54.00pt;' x:num="900">900.00 </td>
   </tr>
   <tr height="18" style='height:13.50pt;'>
    <td class="et2" height="18" style='height:13.50pt;'></td>
    <td class="et2" align="right" x:num="-8">(8.00)</td>
   </tr>
  </table>
<!--EndFragment-->
 </body>
</html>"""

# LibreOffice: the value beside the text, empty cells as <br>.
LIBREOFFICE_HTML = """<!DOCTYPE html>
<html>
<head>
\t<meta http-equiv="content-type" content="text/html; charset=utf-8"/>
\t<meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/>
\t<style type="text/css">body,div,table,tbody,tr,td,p { font-family:"Liberation Sans"; font-size:x-small }</style>
</head>
<body>
<table cellspacing="0" border="0">
\t<colgroup span="2" width="85"></colgroup>
\t<tr>
\t\t<td height="17" align="right" valign=bottom sdval="1200.5"
			sdnum="1033;0;#,##0.00"><font face="Liberation Sans">1,200.50</font></td>
\t\t<td align="left" valign=bottom><font face="Liberation Sans"><br></font></td>
\t</tr>
\t<tr>
\t\t<td height="17" align="right" valign=bottom sdval="0" sdnum="1033;0;#,##0.00">0.00</td>
\t\t<td align="right" valign=bottom sdval="-8" sdnum="1033;0;#,##0.00">-8.00</td>
\t</tr>
</table>
</body>
</html>"""

# A web page: joined cells, of which the text the browser adds loses the places.
WEB_HTML = """<meta charset='utf-8'><p>利润表</p><table class="data"><tbody>
<tr><td rowspan="2">1,000</td><td>900</td></tr>
<tr><td>800</td></tr>
<tr><td colspan="2">700<sup></sup></td></tr>
<tr><td>600&nbsp;</td><td><b>−5</b></td></tr>
</tbody></table>"""
WEB_TEXT = "1,000\t900\n800\n700\n600\t−5"
