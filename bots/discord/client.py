"""The Discord client: hears, answers at once, and hands each wish to the core in a task of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import cast

import aiohttp
import discord
from discord import app_commands

from bots.connecting import Link
from bots.delivery import converse
from bots.discord import inbound
from bots.discord.commands import Translations, make_tree
from bots.discord.screen import SMALLEST_LIMIT, Answers, DiscordAddress, DiscordScreen, RetryPolicy
from bots.persisted_refs import read_ref
from bots.tasks import Tasks
from core.messages import Bot, Command, IncomingMessage

_log = logging.getLogger(__name__)

# Answers that concern nobody else in a server.
_PRIVATE = {Command.CREDITS, Command.HELP}


def _intents() -> discord.Intents:
    """Return what the bot needs to hear.

    The content of messages is not asked for, since that is privileged: Discord gives it anyway for direct messages
    and for messages that mention the bot.
    """
    intents = discord.Intents.none()
    intents.guilds = True
    intents.guild_messages = True
    intents.dm_messages = True
    return intents


class MusicClient(discord.Client):
    """One connection to Discord; `deaf` once it takes no more wishes."""

    def __init__(self, bot: Bot, tasks: Tasks, patience: RetryPolicy, link: Link) -> None:
        super().__init__(
            intents=_intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            # A longer wait raises `RateLimited`, and the screen decides.
            max_ratelimit_timeout=30,
        )
        self._bot = bot
        self._tasks = tasks
        self._patience = patience
        self._link = link
        self.deaf = False
        self.tree = make_tree(self, self._obey)

    async def setup_hook(self) -> None:
        """Register the commands; those of an earlier start go on working where Discord refuses."""
        await self.tree.set_translator(Translations())
        try:
            await self.tree.sync()
        except (discord.HTTPException, app_commands.CommandSyncFailure) as error:
            _log.warning("The slash commands could not be registered: %s", error)

    async def on_ready(self) -> None:
        """Note that Discord is connected."""
        self._link.up = True

    async def on_resumed(self) -> None:
        """Note that Discord is connected again."""
        self._link.up = True

    async def on_disconnect(self) -> None:
        """Note that Discord is away; the library tries to connect again."""
        self._link.up = False

    def reopen(self, address: str) -> DiscordScreen | None:
        """See `core.messages.Reopen`."""
        at = read_ref(DiscordAddress, address)
        return None if at is None else DiscordScreen(self, at, self._patience)

    async def _obey(
        self, interaction: discord.Interaction, command: Command, text: str, file: discord.Attachment | None
    ) -> None:
        private = command in _PRIVATE and interaction.guild_id is not None
        answers = await _answer(interaction, ephemeral=private)
        said = inbound.from_command(interaction, command, text, file)
        self._take(said, self._screen(interaction, answers, ephemeral=private))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take a press of a button; it carries the button's id, so that it works after restarts."""
        if interaction.type is not discord.InteractionType.component:
            return
        # Acknowledged without a new message: a press that only stops something has nothing to say.
        answers = await _answer(interaction)
        press = str(cast("Mapping[str, object]", interaction.data)["custom_id"])
        said = inbound.from_press(interaction, press)
        self._take(said, self._screen(interaction, answers))

    async def on_message(self, message: discord.Message) -> None:
        """Take a message that is meant for the bot."""
        if self.user is None or not inbound.is_for_bot(message, self.user):
            return
        said = inbound.from_message(message, self.user)
        at = DiscordAddress(
            channel=message.channel.id,
            root=message.id,
            largest_file=message.guild.filesize_limit if message.guild else SMALLEST_LIMIT,
            language=said.person.language,
            reply_to=message.id if message.guild else None,
        )
        screen = DiscordScreen(self, at, self._patience)
        self._take(said, screen, typing=self.get_partial_messageable(message.channel.id))

    def _screen(
        self, interaction: discord.Interaction, answers: Answers | None, *, ephemeral: bool = False
    ) -> DiscordScreen:
        """Make the screen of an interaction; where the first answer did not arrive, only the channel is left."""
        at = DiscordAddress(
            channel=interaction.channel_id or 0,
            root=interaction.id,
            largest_file=interaction.filesize_limit,
            language=interaction.locale.value,
            answers=answers,
            progress=answers.promised if answers else None,
            ephemeral=ephemeral and answers is not None,
        )
        return DiscordScreen(self, at, self._patience)

    def _take(
        self, said: IncomingMessage, screen: DiscordScreen, typing: discord.PartialMessageable | None = None
    ) -> None:
        if not self.deaf:
            self._tasks.start(self._serve(said, screen, typing), f"Discord message {said.message_id}")

    async def _serve(
        self, said: IncomingMessage, screen: DiscordScreen, typing: discord.PartialMessageable | None
    ) -> None:
        if typing is not None:
            try:
                await typing.typing()
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                _log.debug("No typing sign: %r", error)
        await converse(self._bot, said, screen)


async def _answer(interaction: discord.Interaction, *, ephemeral: bool = False) -> Answers | None:
    """Give the first answer, for which Discord allows 3 s; return the way of the next ones, None where it was late."""
    try:
        given = await interaction.response.defer(ephemeral=ephemeral)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        _log.warning("The first answer to an interaction failed: %r", error)
        return None
    # What a command is answered with first is a message that stands already: "thinking…".
    promise = interaction.type is discord.InteractionType.application_command
    return Answers(
        application=interaction.application_id,
        token=interaction.token,
        born=time.time(),
        promised=given.message_id if given is not None and promise else None,
    )
