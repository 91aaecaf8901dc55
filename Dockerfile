# The page, the HTTP API and the command line in one image; compose.yaml starts each of them.
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m pip install --no-cache-dir build && python -m build --wheel

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 evaluator && mkdir /data && chown evaluator /data
COPY --from=build /src/dist/*.whl /tmp/
RUN wheel=$(ls /tmp/*.whl) && python -m pip install --no-cache-dir "$wheel[ui,service,scale,vendors]" && rm /tmp/*.whl
USER evaluator
ENV EVALUATOR_DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501 8600
ENTRYPOINT ["evaluator"]
CMD ["serve", "--host", "0.0.0.0"]
