"""What operators count, as Prometheus metrics of this process; whoever wants them reads the default registry."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_STAGES = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 900)

JOBS = Counter("bot_jobs_total", "Jobs that have ended, by kind and outcome.", ("kind", "outcome"))
STAGE = Histogram("bot_stage_seconds", "Seconds that a stage of a job took.", ("kind", "stage"), buckets=_STAGES)
CONVERSATIONS = Gauge("bot_open_conversations", "Conversations in which there may be open jobs.")
QUEUED = Gauge("bot_queue_depth", "Open jobs that nobody works on, in the first 1,000 conversations.")
OLDEST = Gauge("bot_oldest_job_seconds", "Age of the oldest open job, in the first 1,000 conversations.")
WORKING = Gauge("bot_jobs_working", "Jobs that this worker works on.")
STREAMS = Gauge("bot_open_streams", "Paid streams that are open in this worker.")
API_ERRORS = Counter(
    "bot_api_errors_total", "Requests to the service that ended with an error, by its code or HTTP status.", ("code",)
)
SPENT = Counter("bot_credits_spent_total", "Credits that requests were measured to cost.")
REPORTS = Counter("bot_problems_reported_total", "Problems that people reported; the log has their references.")
EDITS = Counter("bot_edits_total", "Drawings of progress, sent and dropped.", ("platform", "what"))
