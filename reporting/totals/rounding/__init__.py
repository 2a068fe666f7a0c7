"""How money is shown: in 万元 as it was filed, or in 亿元, rounded so that parts still add up (舍位平衡)."""
