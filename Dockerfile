# Two stages: the first has pip, npm and a compiler, the second only what runs. For Python 3.12 on x86_64 every locked
# package comes built; on other processors tinysoundfont is compiled, which brings its own CMake.
FROM python:3.12-slim AS build
WORKDIR /app
RUN apt-get update && apt-get install --yes --no-install-recommends g++ npm && rm -rf /var/lib/apt/lists/*
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /venv && /venv/bin/python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements/run.txt
COPY studio studio
# The SoundFont and the font for titles; they lie where a home of the user below has them.
RUN HOME=/home/bot /venv/bin/python -m studio.assets

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 bot && install --directory --owner=bot --mode=700 /data
COPY --from=build /venv /venv
COPY --from=build --chown=bot /home/bot/.local /home/bot/.local
WORKDIR /app
COPY core core
COPY media media
COPY studio studio
COPY bots bots
USER bot
ENV DATA_DIR=/data PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
VOLUME /data
CMD ["python", "-m", "bots", "run"]
