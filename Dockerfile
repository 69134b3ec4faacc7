# docker build -t gradlab .
# docker run --rm -p 127.0.0.1:8000:8000 -v gradlab:/data -e GRADLAB_SEVERAL_USERS=false gradlab
# Nothing is written outside /data, where sessions are stored, and /tmp, so this works too:
#     --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --pids-limit 256 --memory 2g
# compose.yaml does all of it, with PostgreSQL; docs/operations.md has the rest.

# A version of Python that the tests run on.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
# Behind a mirror of PyPI or npm: docker build --build-arg UV_DEFAULT_INDEX=https://...
# None of these is kept in the image.
ARG PIP_INDEX_URL
ARG PIP_CERT
ARG UV_DEFAULT_INDEX
ARG SSL_CERT_FILE
ARG NPM_CONFIG_REGISTRY
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/gradlab \
    UV_PYTHON_DOWNLOADS=never
RUN python -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /source
# The versions that uv.lock names, with their hashes checked. Nothing here is done again until they change.
COPY pyproject.toml uv.lock ./
COPY client/pyproject.toml client/
RUN /opt/uv/bin/uv sync --locked --extra postgres --no-install-project
COPY . .
# Node.js bundles the page's libraries. It is fetched for the build alone; the image does not contain it.
RUN /opt/uv/bin/uv sync --locked --extra postgres --no-editable
# The kernels are compiled here, and for any CPU of the architecture (amd64, arm64): so a container is ready in seconds
# and need not compile for half a minute, wherever it runs. The price, against code for one's own CPU: training takes up
# to 25 % longer with batches of 10 to 32, and twice as long with batches of 250. Where every CPU has AVX2, this keeps
# it under 10 %:
#     docker build --build-arg NUMBA_CPU_NAME=x86-64-v3 -t gradlab .
ARG NUMBA_CPU_NAME=generic
ENV GRADLAB_CACHE_DIR=/opt/kernels \
    NUMBA_CPU_NAME=${NUMBA_CPU_NAME} \
    NUMBA_CPU_FEATURES=""
# Not in /source: where the engine is imported from is part of what its compiled code is kept under.
WORKDIR /
RUN /opt/gradlab/bin/python -m engine && mkdir /data

FROM ${BASE}
ARG NUMBA_CPU_NAME=generic
# The target must be the one above, or Numba would compile anew.
ENV GRADLAB_CACHE_DIR=/opt/kernels \
    GRADLAB_DATABASE_URL=sqlite:////data/gradlab.db \
    HOME=/tmp \
    NUMBA_CPU_NAME=${NUMBA_CPU_NAME} \
    NUMBA_CPU_FEATURES="" \
    PATH=/opt/gradlab/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=build /opt/gradlab /opt/gradlab
COPY --from=build --chown=10001:10001 /opt/kernels /opt/kernels
# A volume that is made there belongs to whom the folder belongs to.
COPY --from=build --chown=10001:10001 /data /data
VOLUME /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["gradlab", "serve", "--host", "0.0.0.0"]
