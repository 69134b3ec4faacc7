# docker build -t gradlab .
# docker run --rm -p 127.0.0.1:8000:8000 gradlab
# Nothing is written outside /tmp, so this works too:
#     --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --pids-limit 256 --memory 2g

# The version that the tests run on.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
# The kernels are compiled here, and for any CPU of the architecture (amd64, arm64): so a container is ready in a second
# and not in twenty, wherever it runs. The price, against code for one's own CPU: training takes up to 25 % longer with
# batches of 10 to 32, and twice as long with batches of 250. Where every CPU has AVX2, this keeps it under 10 %:
#     docker build --build-arg NUMBA_CPU_NAME=x86-64-v3 -t gradlab .
ARG NUMBA_CPU_NAME=generic
ENV GRADLAB_CACHE_DIR=/opt/kernels \
    NUMBA_CPU_NAME=${NUMBA_CPU_NAME} \
    NUMBA_CPU_FEATURES="" \
    PATH=/opt/gradlab/bin:$PATH
RUN python -m venv /opt/gradlab
COPY . /source
# Node.js bundles the page's libraries. pip fetches it for the build alone; the image does not contain it.
RUN pip install --no-cache-dir --disable-pip-version-check /source && python -m engine

FROM python:${PYTHON}
ARG NUMBA_CPU_NAME=generic
# The target must be the one above, or Numba would compile anew.
ENV GRADLAB_CACHE_DIR=/opt/kernels \
    HOME=/tmp \
    NUMBA_CPU_NAME=${NUMBA_CPU_NAME} \
    NUMBA_CPU_FEATURES="" \
    PATH=/opt/gradlab/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=build /opt/gradlab /opt/gradlab
COPY --from=build --chown=10001:10001 /opt/kernels /opt/kernels
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["gradlab", "serve", "--host", "0.0.0.0"]
