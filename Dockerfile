# One image for the hub and the web.

FROM node:24-bookworm-slim AS browser
WORKDIR /src
COPY tools/vendor tools/npm tools/
COPY dashboards/package.json dashboards/package-lock.json dashboards/
RUN tools/vendor

FROM python:3.13-slim-bookworm AS libraries
COPY requirements.lock .
RUN python -m venv /opt/vaka && /opt/vaka/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock

FROM python:3.13-slim-bookworm
ENV PATH=/opt/vaka/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin vaka \
 && install --directory --owner=vaka --group=vaka --mode=0750 /data \
 && install --directory --owner=vaka --group=vaka --mode=0700 /keys \
 && printf '#!/bin/sh\nexec python -m hub "$@"\n' >/usr/local/bin/vaka && chmod 0755 /usr/local/bin/vaka
COPY --from=libraries /opt/vaka /opt/vaka
WORKDIR /app
COPY devices devices
COPY rules rules
COPY hub hub
COPY dashboards dashboards
COPY docs/guides docs/guides
COPY --from=browser /src/dashboards/static/vendor dashboards/static/vendor
USER 10001:10001
VOLUME /data
ENTRYPOINT ["vaka"]
CMD ["up"]
