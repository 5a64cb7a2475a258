"""The time series: what the journal of readings holds, kept for graphs and studies."""
