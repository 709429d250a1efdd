"""What every chat shares: words, intent, flows, the API client, jobs and the store."""
