"""Links of file stores lead to the file itself."""

from __future__ import annotations

import pytest

from media.share_links import direct_link

DRIVE = "https://drive.usercontent.google.com/download?id=1AbC-d_9&export=download&confirm=t"


@pytest.mark.parametrize(
    ("shared", "direct"),
    [
        ("https://drive.google.com/file/d/1AbC-d_9/view?usp=sharing", DRIVE),
        ("https://drive.google.com/open?id=1AbC-d_9", DRIVE),
        ("https://drive.google.com/uc?id=1AbC-d_9&export=view", DRIVE),
        ("https://drive.google.com/drive/folders/xyz", "https://drive.google.com/drive/folders/xyz"),
        ("https://www.dropbox.com/s/abc/clip.mp4?dl=0", "https://www.dropbox.com/s/abc/clip.mp4?dl=1"),
        (
            "https://www.dropbox.com/scl/fi/abc/clip.mp4?rlkey=k&dl=0",
            "https://www.dropbox.com/scl/fi/abc/clip.mp4?rlkey=k&dl=1",
        ),
        (
            "https://1drv.ms/v/s!AbC",
            "https://api.onedrive.com/v1.0/shares/u!aHR0cHM6Ly8xZHJ2Lm1zL3YvcyFBYkM/root/content",
        ),
        (
            "https://x.sharepoint.com/:v:/g/personal/a/clip?e=1",
            "https://x.sharepoint.com/:v:/g/personal/a/clip?e=1&download=1",
        ),
        ("https://example.org/clip.mp4?dl=0", "https://example.org/clip.mp4?dl=0"),
        ("https://notdropbox.com/s/abc?dl=0", "https://notdropbox.com/s/abc?dl=0"),
    ],
)
def test_a_shared_link_leads_to_its_file(shared: str, direct: str) -> None:
    assert direct_link(shared) == direct
