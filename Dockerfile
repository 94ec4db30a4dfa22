# One image for the api, Ray and the scheduler. Nothing is downloaded but from the package registries:
# the distribution of Debian under the base image is not touched.
#
#   docker build -t pignon:local .
#   docker build --secret id=ca_bundle,src=company.pem …    behind a proxy with its own authority

ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python3 -m venv /opt/pignon
ENV PATH=/opt/pignon/bin:$PATH
WORKDIR /src

# Dependencies first: they change less often than the code.
COPY requirements/run.txt requirements/
RUN --mount=type=secret,id=ca_bundle \
    if [ -s /run/secrets/ca_bundle ]; then export PIP_CERT=/run/secrets/ca_bundle; fi; \
    pip install --require-hashes -r requirements/run.txt

COPY requirements/node.txt requirements/
RUN --mount=type=secret,id=ca_bundle \
    if [ -s /run/secrets/ca_bundle ]; then export PIP_CERT=/run/secrets/ca_bundle; fi; \
    python3 -m venv /opt/node && /opt/node/bin/pip install --require-hashes -r requirements/node.txt

COPY . .
RUN --mount=type=secret,id=ca_bundle \
    if [ -s /run/secrets/ca_bundle ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca_bundle; fi; \
    PATH=$PATH:/opt/node/bin python -m serve.assets \
    && pip install --no-deps --no-build-isolation --no-index .

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Pignon" \
      org.opencontainers.image.licenses="Apache-2.0"
# A number, so that a cluster can see that it is not root. Volumes take over the owner of their folder.
RUN mkdir -p /var/lib/pignon /home/pignon \
    && echo 'pignon:x:10001:10001::/home/pignon:/bin/sh' >> /etc/passwd \
    && echo 'pignon:x:10001:' >> /etc/group \
    && chown -R 10001:10001 /var/lib/pignon /home/pignon
COPY --from=build /opt/pignon /opt/pignon
ENV PATH=/opt/pignon/bin:$PATH HOME=/home/pignon PIGNON_HOME=/var/lib/pignon PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /home/pignon
VOLUME /var/lib/pignon
EXPOSE 8000
CMD ["pignon", "serve", "--host", "0.0.0.0", "--port", "8000"]
