"""What is said: 留言 about a filing, 公告 to all."""
