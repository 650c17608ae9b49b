# SPDX-License-Identifier: GPL-2.0
# Fills what `reader --list` prints into a template: the manual page in mdoc(7), or the
# completion.
#
# Usage: awk -f list.awk LIST TEMPLATE
#
# A line .\" @NAME@ of the manual page, or # @NAME@ of the completion, is replaced;
# .\" @WRITTEN NAME@ says that the page has its own text for these rows. Exits 1 after a
# message about a NAME that is not known, or a row of the list that has no place.

function complain(text) {
	print "list.awk: " text > "/dev/stderr"
	status = 1
}

function escape(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/"/, "\\(dq", text)
	sub(/^[.']/, "\\\\\\&&", text)	# else the line would be a request
	return text
}

# Lines of at most WIDTH bytes; a sentence begins a line.
function put_text(text,    words, n, i, line) {
	n = split(text, words, " ")
	for (i = 1; i <= n; i++) {
		if (line != "" && length(line " " words[i]) > WIDTH) {
			print escape(line)
			line = ""
		}
		line = line (line == "" ? "" : " ") words[i]
		if (words[i] ~ /\.$/ || i == n) {
			print escape(line)
			line = ""
		}
	}
}

function sentence(text) {
	return toupper(substr(text, 1, 1)) substr(text, 2) "."
}

# Words in a list, as arguments of the macro Cm: "text , json"
function listed(words) {
	gsub(/,/, " , ", words)
	gsub(/-/, "\\-", words)
	return words
}

function put_view(f) {
	print ".Ss " f[2]
	put_text(sentence(f[5]))
	print "Formats:"
	print ".Cm " listed(f[3]) " ."
	if (f[4] != "-") {
		gsub(/--/, "Fl -", f[4])
		gsub(/,/, " , ", f[4])
		print "Options of its own:"
		print "." f[4] " ."
	}
	print ".Pp"
}

function put_option(f,    argument) {
	argument = f[4] == "-" ? "" : " Ar " f[4]
	printf ".It"
	if (f[3] != "-")
		printf " Fl %s%s ,", substr(f[3], 2), argument
	sub(/ /, " Ns = Ns ", argument)
	print " Fl " substr(f[2], 2) argument
	put_text(f[5] ".")
}

# Heading of text, name in JSON and CSV; which of them -x shows.
function put_column(f,    only_extended) {
	only_extended = f[5] != "-" && f[6] !~ /text/
	printf ".It"
	if (f[5] != "-")
		printf " %s", f[5]
	if (f[5] != "-" && f[4] != "-")
		printf " ,"
	if (f[4] != "-")
		printf " Va %s", f[4]
	print ""
	put_text(sentence(f[7]) (only_extended ? " With -x." : ""))
}

# The argument is a sign, and alternatives or a name in capital letters.
function put_word(f,    argument) {
	argument = f[3]
	if (argument ~ /^[^A-Z]* /)
		sub(/ /, " Ar ", argument)
	else if (argument ~ /^[A-Z]/)
		argument = "Ar " argument
	else
		gsub(/\|/, " | ", argument)
	print ".It Cm " f[2] " " argument
	put_text(f[4] ".")
}

function put_cause(f) {
	print ".It Cm " f[2]
	put_text(f[3])
	put_text(f[4])
}

function put_group(f) {
	print ".It Cm " f[2]
	gsub(/,/, " , ", f[3])
	print ".Dv " f[3]
}

function put_row(row,    f) {
	split(row, f, "\t")
	if (f[1] == "view")
		put_view(f)
	else if (f[1] == "option")
		put_option(f)
	else if (f[1] == "column")
		put_column(f)
	else if (f[1] == "filter")
		put_word(f)
	else if (f[1] == "group")
		put_group(f)
	else if (f[1] == "cause")
		put_cause(f)
}

# The rows of this place: all of a kind, or those with this name.
function put_rows(place, is_written,    i) {
	for (i = 1; i <= rows; i++) {
		if (place_of[i] != place)
			continue
		if (!is_written)
			put_row(row[i])
		used[i]++
	}
}

function add(to, words) {
	if (!(to in words_of))
		list[++lists] = to
	words_of[to] = words_of[to] (words_of[to] == "" ? "" : " ") words
}

# local state='ESTABLISHED SYN_SENT ...', and local -A value=([--by]='peer port ...')
function put_words(    i, f, key, name) {
	for (i = 1; i <= rows; i++) {
		used[i]++
		split(row[i], f, "\t")
		if (f[1] == "column" && f[3] == "flows") {
			f[4] = f[5] == "-" ? f[4] : tolower(f[5])
			if (!known[f[4]]++)
				add("columns", f[4])
		} else if (f[1] == "value") {
			add("value," f[2], f[3])
		} else if (f[1] == "view") {
			gsub(/,/, " ", f[3])
			gsub(/,/, " ", f[4])
			add("view", f[2])
			add("formats," f[2], f[3])
			if (f[4] != "-")
				add("own," f[2], f[4])
		} else if (f[1] == "option") {
			add("option", f[2])
			if (f[3] != "-")
				add("long," f[3], f[2])
			if (f[4] != "-")
				add("argument," f[2], f[4])
		} else if (f[1] != "column") {
			add(f[1], f[2])
		}
	}
	for (i = 1; i <= lists; i++) {
		if (split(list[i], key, ",") == 1)
			print "\tlocal " list[i] "='" words_of[list[i]] "'"
		else
			array[key[1]] = array[key[1]] "\n\t\t[" key[2] "]='" words_of[list[i]] "'"
	}
	for (name in array)
		print "\tlocal -A " name "=(" array[name] "\n\t)"
}

BEGIN {
	FS = "\t"
	WIDTH = 76
	kinds["filter"] = "FILTER"
	kinds["group"] = "GROUPS"
	kinds["cause"] = "CAUSES"
}

FILENAME == ARGV[1] {
	row[++rows] = $0
	if ($1 == "view" || $1 == "option")
		place_of[rows] = toupper($1) " " $2
	else if ($1 == "column")
		place_of[rows] = "COLUMNS " $3
	else
		place_of[rows] = kinds[$1]
	is_place[place_of[rows]] = place_of[rows] != ""
	next
}

/^(\.\\"|#) @.*@$/ {
	place = $0
	sub(/^[^@]*@/, "", place)
	sub(/@$/, "", place)
	is_written = sub(/^WRITTEN /, "", place)
	if (place == "WORDS")
		put_words()
	else if (is_place[place])
		put_rows(place, is_written)
	else
		complain("nothing is known of @" place "@")
	next
}

{ print }

# Behind the line of the licence.
FNR == 1 { print (/^#/ ? "#" : ".\\\"") " Made by list.awk; do not edit." }

END {
	if (!rows)
		complain("the list is empty")
	for (i = 1; i <= rows; i++) {
		if (place_of[i] != "" && !used[i])
			complain("no place for " place_of[i] ": " row[i])
	}
	exit status
}
