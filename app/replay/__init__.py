"""Recorded days run through the real engine in virtual time: what would this house have done?"""
