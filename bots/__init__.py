"""The adapters: Discord, Telegram, the terminal, and the program that starts them."""

__version__ = "0.2.0"
