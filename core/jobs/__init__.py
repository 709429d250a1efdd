"""The journal of steps, leases and queues."""
