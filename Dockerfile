# One image for every process of the bridge: web, worker, migrations and commands.
FROM python:3.12-slim AS libraries
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM python:3.12-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin bridge \
 && install -d -o bridge -g bridge -m 700 /data
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /srv
COPY manage.py gunicorn.conf.py ./
COPY connectors connectors
COPY bridge bridge
# The file system is read-only where the bridge runs: what Python would compile there is compiled here.
RUN /opt/venv/bin/python -m compileall -q bridge connectors
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
USER bridge
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "bridge.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
