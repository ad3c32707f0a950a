#!/bin/sh
# Chromium and Chinese glyphs for the browser tests. Where it cannot be installed the tests say so and are skipped.
if command -v chromium >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Chromium is not here and cannot be installed without root and apt: the browser tests will be SKIPPED."
    echo "To run them: install chromium and fonts-noto-cjk, then make test."
    exit 0
fi
echo "installing Chromium for the browser tests"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk; } >/dev/null 2>&1 \
    || echo "Chromium could not be installed: the browser tests will be SKIPPED."
exit 0
