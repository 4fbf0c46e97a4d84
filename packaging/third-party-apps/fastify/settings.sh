# shellcheck shell=bash disable=SC2034
quick=true
page=/
