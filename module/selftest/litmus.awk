# SPDX-License-Identifier: GPL-2.0
# Litmus tests in the kernel's format, two processes each, as C for litmus.c.
FNR == 1 { name = $2; vars = ""; init = ""; section = "head"; next }
/^\(\*/ { comment = 1 }
comment { if (/\*\)/) comment = 0; next }
/^{/ && section == "head" {
	n = split(substr($0, 2, length($0) - 2), set, ";")
	for (i = 1; i <= n; i++)
		if (split(set[i], half, "=") == 2) {
			gsub(/ /, "", half[1])
			init = init sprintf("\tlitmus_init(&%s, %s);\n", half[1], half[2])
		}
	next
}
/^P[01]\(/ {
	p = substr($0, 2, 1) + 0
	args = $0
	gsub(/^P[01]\(|\)$/, "", args)
	id = name
	gsub(/[^A-Za-z]/, "_", id)
	n = split(args, arg, /, */)
	if (!p)
		for (i = 1; i <= n; i++) {
			sub(/.*\*/, "", arg[i])
			vars = vars sprintf("static int *litmus_%s_%s;\n", id, arg[i])
			names[i] = arg[i]
		}
	nr = n
	if (!p)
		body = vars
	body = body sprintf("static void litmus_%s_P%s(void)\n", id, p)
	section = "body"
	next
}
section == "body" && /^{/ {
	body = body "{\n"
	for (i = 1; i <= nr; i++)
		body = body sprintf("\tint *%s = litmus_%s_%s;\n", names[i], id, names[i])
	body = body sprintf("#line %d \"%s\"\n", FNR + 1, FILENAME)
	next
}
section == "body" && /^\tint r[0-9];$/ { body = body "\n"; next }
section == "body" && /^}/ { body = body "}\n"; next }
/^exists/ {
	condition = $0
	sub(/^exists /, "", condition)
	gsub(/\/\\/, "\\&\\&", condition)
	gsub(/\\\//, "||", condition)
	for (i = 0; i < 16; i++)
		gsub(i % 2 ":r" int(i / 2) "=", "litmus_r[" i % 2 "][" int(i / 2) "] == ", condition)
	printf "%s", body
	printf "static void litmus_%s_init(void)\n{\n", id
	for (i = 1; i <= nr; i++)
		printf "\tlitmus_%s_%s = weak_shared(sizeof(int));\n", id, names[i]
	gsub(/&/, "\\&*litmus_" id "_", init)
	printf "%s}\n", init
	printf "static bool litmus_%s_exists(void)\n{\n\treturn %s;\n}\n\n", id, condition
	table = table sprintf("\t{ \"%s\", litmus_%s_init, { litmus_%s_P0, litmus_%s_P1 }, litmus_%s_exists },\n",
			      name, id, id, id, id)
	next
}
section == "body" {
	line = $0
	for (i = 0; i < 8; i++)
		sub("^\tr" i " = ", "\tlitmus_r[" p "][" i "] = ", line)
	body = body line "\n"
}
END { printf "static const struct litmus litmus[] = {\n%s};\n", table }
