"""Telegram as a chat."""
