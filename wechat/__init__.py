"""Everything WeChat. Knows no Flask and no SQL."""
