"""What the definitions cite by a mark (S3, S20), in words. The marks are of those who drew the edition up; a person who
fills or reviews a form knows the document, not its number in a list."""

import re

SOURCES = {
    "S1": "公开的报表样式",
    "S2": "旧版月报表样",
    "S3": "渝经信软件〔2024〕8号",
    "S4": "重庆2021年年报和2022年定报通知",
    "S5": "2018版调查制度目录",
    "S6": "旧版制度修订说明和指标解释",
    "S7": "旧版主要经济指标解释",
    "S8": "工信部主要指标发布表",
    "S9": "旧版软件业务范围释义",
    "S10": "工信部运行简报",
    "S11": "《中国电子信息产业统计年鉴（软件篇）》",
    "S12": "工信基本信息表",
    "S13": "深圳历年通知",
    "S14": "湖南2023年通知",
    "S15": "广东2025年通知",
    "S16": "武汉2020年通知",
    "S17": "深圳年报补报说明",
    "S18": "安徽服务业联网直报操作说明",
    "S19": "工业互联网平台发展指数",
    "S20": "财会〔2019〕6号财务报表格式",
    "S21": "GB/T 4754—2017",
    "S22": "统计上大中小微型企业划分办法（2017）",
    "S23": "重庆行政区划及其调整",
    "S24": "国家人工智能产业综合标准化体系建设指南（2024版）",
    "S25": "统计局基本信息表、财务状况表",
}
MARK = re.compile(r"(?<![A-Za-z0-9])S[1-9][0-9]?(?![0-9])")  # not S01, which is a rule


def in_full(text: str) -> str:
    return MARK.sub(lambda found: SOURCES.get(found.group(), found.group()), text).replace("derived", "推定")
