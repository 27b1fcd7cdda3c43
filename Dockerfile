# The small build alone on an empty file system, as a user without rights:
#   docker build -t umbra .
#   docker run -p 8000:8000 -v umbra:/data umbra
# The root may be read-only; everything that is kept lies in /data.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS
ARG TARGETARCH
ARG TARGETVARIANT
ARG VERSION
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH GOARM=${TARGETVARIANT#v} \
    go build -trimpath -ldflags "-s -w -X umbra/cmd.version=$VERSION" -o /out/umbra . && mkdir -m 700 /out/data

FROM scratch
# Zones are inside the program; what it trusts on the internet is not.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/umbra /usr/bin/umbra
COPY --from=build --chown=65532:65532 /out/data /data
COPY LICENSE /LICENSE
ENV PATH=/usr/bin UMBRA_DATA_DIR=/data UMBRA_LISTEN=0.0.0.0:8000
USER 65532:65532
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s CMD ["/usr/bin/umbra", "healthcheck"]
ENTRYPOINT ["/usr/bin/umbra"]
CMD ["serve"]
