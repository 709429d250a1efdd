"""The Discord client: acknowledges at once, and hands each message to the core in a task of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import aiohttp
import discord
from discord import app_commands

from bots.discord import inbound
from bots.discord.commands import Translations, make_tree
from bots.discord.sender import SMALLEST_LIMIT, Answers, DiscordAddress
from bots.lifecycle import Link, Tasks
from bots.persisted_refs import write_ref
from core.commands import COMMANDS, Action
from core.gateway import Gateway
from core.messages import IncomingMessage, Rights

log = logging.getLogger(__name__)


class MusicClient(discord.Client):
    """One connection to Discord; `deaf` once it takes no more wishes."""

    def __init__(self, gateway: Gateway, tasks: Tasks, link: Link) -> None:
        super().__init__(
            # The content of messages is privileged, and not asked for: Discord gives it anyway for direct messages and
            # for messages that mention the bot.
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            # A longer wait raises `RateLimited`, and the outbox decides.
            max_ratelimit_timeout=30,
        )
        self._gateway = gateway
        self._tasks = tasks
        self._link = link
        self.deaf = False
        self.tree = make_tree(self, self._obey)

    async def setup_hook(self) -> None:
        """Register the commands; those of an earlier start go on working where Discord refuses."""
        await self.tree.set_translator(Translations())
        try:
            await self.tree.sync()
        except (discord.HTTPException, app_commands.CommandSyncFailure) as error:
            log.warning("Cannot register the slash commands: %s", error)

    # Not `on_ready`, which waits for the list of all servers: messages and presses come before it as well.
    async def on_connect(self) -> None:
        self._link.up = True

    on_resumed = on_connect

    async def on_disconnect(self) -> None:
        self._link.up = False

    async def _obey(
        self, interaction: discord.Interaction, command: Action, text: str, file: discord.Attachment | None
    ) -> None:
        private = COMMANDS[command].private and interaction.guild_id is not None
        answers = await _answer(interaction, ephemeral=private)
        self._take(inbound.from_interaction(interaction, command, text, file), interaction, answers, ephemeral=private)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take a press of a button; it carries the button's id, so that it works after restarts."""
        if interaction.type is not discord.InteractionType.component:
            return
        # Acknowledged without a new message: a press that only stops something has nothing to say.
        answers = await _answer(interaction)
        press = str(cast("Mapping[str, object]", interaction.data)["custom_id"])
        self._take(inbound.from_interaction(interaction, press=press), interaction, answers)

    async def on_message(self, message: discord.Message) -> None:
        """Take a message that is meant for the bot."""
        if self.user is None or not inbound.is_for_bot(message, self.user):
            return
        guild = message.guild
        address = DiscordAddress(
            channel=message.channel.id,
            person=message.author.id,
            largest_file=guild.filesize_limit if guild else SMALLEST_LIMIT,
            reply_to=message.id if guild else None,
            direct=guild is None,
        )
        rights = inbound.rights_in(message.channel, guild.me) if guild else Rights()
        incoming = replace(inbound.from_message(message, self.user), address=write_ref(address), rights=rights)
        self._hand_over(incoming)
        self._tasks.start(self._show_typing(message.channel.id), f"Discord typing {message.id}")

    def _take(
        self,
        incoming: IncomingMessage,
        interaction: discord.Interaction,
        answers: Answers | None,
        *,
        ephemeral: bool = False,
    ) -> None:
        """Hand over an interaction; where its first answer did not arrive, only the channel is left."""
        address = DiscordAddress(
            channel=interaction.channel_id or 0,
            person=interaction.user.id,
            largest_file=interaction.filesize_limit,
            answers=answers,
            ephemeral=ephemeral,
            direct=interaction.context.dm_channel,
        )
        standing = answers.promised if answers else None
        rights = inbound.rights_of(interaction.app_permissions, thread=isinstance(interaction.channel, discord.Thread))
        if answers:
            # A token reaches a channel in which the bot itself may not speak.
            rights = replace(rights, send=True)
        self._hand_over(replace(incoming, address=write_ref(address), standing=standing, rights=rights))

    def _hand_over(self, incoming: IncomingMessage) -> None:
        if not self.deaf:
            self._tasks.take_in(self._gateway.accept(incoming), f"Discord message {incoming.message_id}")

    async def _show_typing(self, channel: int) -> None:
        try:
            await self.get_partial_messageable(channel).typing()
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.debug("Cannot show a typing sign: %r", error)


async def _answer(interaction: discord.Interaction, *, ephemeral: bool = False) -> Answers | None:
    """Give the first answer, for which Discord allows 3 s; return the way of the next ones, None where it was late."""
    try:
        given = await interaction.response.defer(ephemeral=ephemeral)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.warning("Cannot acknowledge an interaction: %r", error)
        return None
    # What a command is answered with first is a message that stands already: "thinking…".
    promise = interaction.type is discord.InteractionType.application_command
    return Answers(
        application=interaction.application_id,
        token=interaction.token,
        born=time.time(),
        promised=given.message_id if given is not None and promise else None,
    )
