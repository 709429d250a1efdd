"""Where the service is asked for what; a path that ends with * stands for all that begin so."""

from __future__ import annotations

TOKEN = "/api/auth/anonymous-token"
CLAIM = "/api/auth/claim-token"
SESSION = "/api/tasks/me/with-session/nemo_agent"
RUN = "/run_sse"
UPLOAD = "/api/upload-video/nemo_agent/me/*"
CREDITS = "/api/credits/balance/simple"
STATE = "/api/state/nemo_agent/me/*"
RENDER = "/api/render/proxy/lambda"
RENDERED = "/api/render/proxy/lambda/*"
DOWNLOAD = "/api/render/proxy/render_*"
