"""The guides of docs/guides as pages of Vaka itself, and the carers' as a sheet for the duty room's wall."""
