# What both scripts know of the counter.
pid_file=/run/hakit-$HAKIT_MODULE-$HAKIT_NODE.pid

# Exactly this one: the number in a file of an earlier life may be that of another module's counter by now.
running() {
  [[ -s $pid_file ]] || return
  local words
  words=$(tr '\0' ' ' 2>/dev/null <"/proc/$(<"$pid_file")/cmdline") || return
  [[ $words == *" counter-serve $DATADIR $PORT " ]]
}
