"""What a hall's screen may have to say, and how each word sounds."""

from __future__ import annotations

from string import ascii_uppercase

MANDARIN = "cmn-latn-pinyin"
ENGLISH = "en-us"

PINYIN = {
    "零": "ling2",
    "一": "yi1",
    "二": "er4",
    "三": "san1",
    "四": "si4",
    "五": "wu3",
    "六": "liu4",
    "七": "qi1",
    "八": "ba1",
    "九": "jiu3",
    "十": "shi2",
    "请": "qing3",
    "号": "hao4",
    "到": "dao4",
    "窗口": "chuang1 kou3",
}
"""With tones. 一 is yi1, as halls call it, not the yao1 of telephone numbers."""

WORDS: dict[str, tuple[str, str]] = {
    **{word: (MANDARIN, pinyin) for word, pinyin in PINYIN.items()},
    **{letter: (ENGLISH, letter) for letter in ascii_uppercase},
}
"""Word -> (language, text). A clip is called as its word: 请.wav."""
