"""What an edition is: its parts, read from a folder; period codes and credit codes; how a draft of it is changed."""
