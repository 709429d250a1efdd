"""What a person said on Discord, in the core's words."""

from __future__ import annotations

import re

import discord

from bots.discord.files import attachment
from bots.discord.sender import PLATFORM
from core.commands import Action, read_typed
from core.messages import Chat, IncomingMessage, Person, Rights


def from_interaction(
    interaction: discord.Interaction,
    command: Action | None = None,
    text: str = "",
    file: discord.Attachment | None = None,
    press: str | None = None,
) -> IncomingMessage:
    """Read a slash command, whose attachment came with it, or a press of the button with the id `press`."""
    return IncomingMessage(
        person=Person(PLATFORM, str(interaction.user.id), interaction.locale.value),
        chat=Chat(PLATFORM, str(interaction.channel_id)),
        message_id=str(interaction.id),
        text=text,
        command=command,
        attachments=() if file is None else (attachment(file),),
        press=press,
    )


def is_for_bot(message: discord.Message, me: discord.ClientUser) -> bool:
    """Tell whether the bot is spoken to: always in a direct message, elsewhere where it is mentioned or answered."""
    if message.author.bot or message.type not in {discord.MessageType.default, discord.MessageType.reply}:
        return False
    return message.guild is None or any(user.id == me.id for user in message.mentions)


def from_message(message: discord.Message, me: discord.ClientUser) -> IncomingMessage:
    """Read a message that `is_for_bot`; files of the message that it answers count, unless they are the bot's own."""
    typed = read_typed(re.sub(rf"<@!?{me.id}>", " ", message.content))
    files = tuple(attachment(file, message) for file in message.attachments)
    answered = message.reference.resolved if message.reference else None
    if not files and isinstance(answered, discord.Message) and answered.author.id != me.id:
        files = tuple(attachment(file, answered) for file in answered.attachments)
    command = Action.HELP if typed.unknown or not (typed.text or typed.command or files) else typed.command
    # Servers that are no communities have a locale that nobody chose.
    chosen = message.guild is not None and "COMMUNITY" in message.guild.features
    language = message.guild.preferred_locale.value if message.guild and chosen else None
    return IncomingMessage(
        person=Person(PLATFORM, str(message.author.id), language),
        chat=Chat(PLATFORM, str(message.channel.id)),
        message_id=str(message.id),
        text="" if command is Action.HELP else typed.text,
        command=command,
        attachments=files,
    )


def rights_in(channel: discord.abc.MessageableChannel, me: discord.Member) -> Rights:
    """Return what the bot may do in a channel of a server; where that is not known, everything is tried."""
    if isinstance(channel, discord.Thread):
        known = channel.parent is not None
        return rights_of(channel.permissions_for(me), thread=True) if known else Rights()
    if isinstance(channel, discord.abc.GuildChannel):
        return rights_of(channel.permissions_for(me), thread=False)
    return Rights()


def rights_of(permissions: discord.Permissions, *, thread: bool) -> Rights:
    """Return what permissions let the bot do; a thread has a permission of its own to send."""
    send = permissions.send_messages_in_threads if thread else permissions.send_messages
    return Rights(send=send, attach=permissions.attach_files)
