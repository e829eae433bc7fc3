#!/bin/sh
# Runs every trick of DIR/manifest bare and supervised; busybox is enough. A line each:
#   NAME TAB bare-status TAB supervised-status TAB witness TAB told TAB what the trick said
# Statuses are those of the trick (0 the act succeeded, 1 refused, 77 cannot), `signal N`, `hung` or `broken`; a bare 0
# without its witness is `0?`. Witness and told are the supervised run's.
#     run.sh DIR [NAME...]
dir=$1
shift
tab=$(printf '\t')
while IFS="$tab" read -r name act needs rest; do
  if [ $# -gt 0 ]; then case " $* " in *" $name "*) ;; *) continue ;; esac; fi
  IFS="$tab" read -r bare seen told said <<END
$("$dir/cell" "$dir" "$name" "$act" "$needs" bare </dev/null)
END
  if [ "$bare" = 0 ] && [ "$seen" != yes ]; then bare='0?'; fi
  printf '%s\t%s\t%s\n' "$name" "$bare" "$("$dir/cell" "$dir" "$name" "$act" "$needs" supervised </dev/null)"
done <"$dir/manifest"
