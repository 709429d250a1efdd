#!/usr/bin/env bash
# Drive the studio's API with curl and jq: token, session, message, state, render, download.
#
#     music-bot studio --port 8080                                    # in another terminal
#     examples/02_studio_api.sh calm.mp4 "calm piano, 5 seconds"
#
# STUDIO is the address of the studio. The cloud speaks the same API.
set -euo pipefail
out=$1 wish=$2
studio=${STUDIO:-http://127.0.0.1:8080}
attribution=(-H "X-Skill-Source: music-generator-free" -H "X-Skill-Version: 1.0.0" -H "X-Skill-Platform: unknown")

# A person is a client id (a UUID that is kept); it is given a token.
client=$(python3 -c "import uuid; print(uuid.uuid4())")
token=$(curl -sf "${attribution[@]}" -H "X-Client-Id: $client" -X POST "$studio/api/auth/anonymous-token" | jq -r .data.token)

# The token goes by a file descriptor: arguments of a command can be read by everybody on the machine.
call() {
    curl -sf --max-time 300 "${attribution[@]}" -H "Content-Type: application/json" \
        -K <(printf 'header = "Authorization: Bearer %s"\n' "$token") "$@"
}

# A session holds a project and its timeline.
session=$(call "$studio/api/tasks/me/with-session/nemo_agent" -d '{"task_name": "project", "language": "en"}' | jq -r .data.session_id)
echo "session $session"

# A message is answered by a stream of events; whole texts are what the agent says.
jq -n --arg session "$session" --arg text "$wish" \
    '{app_name: "nemo_agent", user_id: "me", session_id: $session, new_message: {role: "user", parts: [{text: $text}]}}' |
    call "$studio/run_sse" -H "Accept: text/event-stream" -d @- |
    sed -un 's/^data: //p' |
    jq -r --unbuffered 'select(.partial != true) | .content.parts[]?.text // empty'

# The state holds the timeline, as a draft.
draft=$(call "$studio/api/state/nemo_agent/me/$session/latest" | jq -c .data.state.draft)
jq -r '.t[].sg[0].m | "track: \(.type) \(.name // "")"' <<<"$draft"

# A draft is rendered under an id of our own, so that asking twice renders once.
render=render_$(python3 -c "import uuid; print(uuid.uuid4().hex)")
jq -n --arg id "$render" --arg session "$session" --argjson draft "$draft" \
    '{id: $id, sessionId: $session, draft: $draft, output: {format: "mp4", quality: "high"}}' |
    call "$studio/api/render/proxy/lambda" -d @- >/dev/null
status=pending
while [[ $status == pending || $status == processing ]]; do
    sleep 0.5
    status=$(call "$studio/api/render/proxy/lambda/$render" | jq -r .status)
done
echo "render $status"
[[ $status == completed ]]

call "$studio/api/render/proxy/$render/download" -o "$out"
echo "saved $out"
