#!/bin/sh
# An OCI image from Debian's packages and a bundle: sh deploy/image.sh dist/paicha-….tar paicha-image.tar
# Needs root, mmdebstrap and buildah, and where Debian's packages come from; no registry of images, no daemon.
# To run it: podman load -i paicha-image.tar; podman run -p 8000:8000 -v paicha:/opt/paicha/data paicha serve …
set -eu
[ $# = 2 ] || { echo "写法：sh deploy/image.sh 安装包.tar 镜像.tar" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mmdebstrap --variant=minbase --include=python3,fonts-noto-cjk bookworm "$work/debian.tar"
mkdir "$work/bundle"
tar xf "$1" -C "$work/bundle" --strip-components=1
cat > "$work/Containerfile" <<'END'
FROM scratch
ADD debian.tar /
COPY bundle /bundle
RUN sh /bundle/install.sh && rm -r /bundle
VOLUME /opt/paicha/data
EXPOSE 8000 8001
ENTRYPOINT ["/opt/paicha/bin/paicha"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--tls"]
END
unshare -n buildah build --isolation=chroot --squash --tag=paicha "$work" # without a network, like the county
buildah push paicha "oci-archive:$2:paicha"
