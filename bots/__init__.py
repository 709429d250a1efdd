"""The adapters: Discord, Telegram, the terminal, and the program that starts them."""
