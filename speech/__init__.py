"""Makes the spoken words of a hall's announcements: a program of its own, `python -m speech`.

It is the only place that loads espeak-ng (GPL-3); the app never imports it, it plays the files.
"""
