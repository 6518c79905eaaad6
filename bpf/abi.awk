# abi.table to abi.h (-v language=c) or Abi.g.cs (-v language=cs).
function pascal(s,   n, i, parts, out) {
    n = split(s, parts, "_"); out = ""
    for (i = 1; i <= n; i++) out = out toupper(substr(parts[i], 1, 1)) substr(parts[i], 2)
    return out
}
function ctype(t) {
    if (t == "u16") return "uint16_t"; if (t == "u32") return "uint32_t"; if (t == "u64") return "uint64_t"
    if (t == "i32") return "int32_t"; if (t == "i64") return "int64_t"; return "struct se_" t
}
function cstype(t) {
    if (t == "u16") return "ushort"; if (t == "u32") return "uint"; if (t == "u64") return "ulong"
    if (t == "i32") return "int"; if (t == "i64") return "long"; return "Native" pascal(t)
}
function escape(s) { gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); return s }
function summary(indent, s) { if (cs) printf "%s/// <summary>%s</summary>\n", indent, escape(s == "" ? what : s) }
function finish() {
    if (kind == "") return
    if (cs) print "}\n"; else print "};\n"
    kind = ""
}
BEGIN {
    cs = (language == "cs")
    if (cs) {
        print "// Generated from bpf/abi.table by bpf/abi.awk. Do not edit."
        print "#pragma warning disable CA1051, CA1815, CA1711, CA1008, CA2217, CA1027\n#nullable enable\nusing System.Runtime.InteropServices;\n\nnamespace SideEye.Target.Native;\n"
    } else
        print "/* Generated from abi.table by abi.awk. Do not edit. */\n#pragma once\n\n#include <stdint.h>\n"
}
/^#/ || /^[ \t]*$/ { next }
{
    comment = ""; line = $0
    if (match(line, /#.*/)) { comment = substr(line, RSTART + 2); line = substr(line, 1, RSTART - 1) }
    n = split(line, w, " "); what = w[n == 1 ? 1 : 2]
}
/^const/ {
    if (cs) constants = constants "    /// <summary>" escape(comment) "</summary>\n    public const int " pascal(w[2]) " = " w[3] ";\n"
    else printf "#define SE_%s %s\n", toupper(w[2]), w[3]
    next
}
/^enum/ {
    finish(); kind = "enum"; name = w[2]
    if (cs) {
        summary("", comment)
        if (comment == "bits") print "[System.Flags]"
        printf "public enum Native%s : uint\n{\n", pascal(name)
    } else printf "\nenum se_%s {\n", name
    next
}
/^struct/ {
    finish(); kind = "struct"; name = w[2]
    if (cs) { summary("", comment); printf "[StructLayout(LayoutKind.Sequential)]\npublic struct Native%s\n{\n", pascal(name) }
    else printf "struct se_%s {\n", name
    next
}
kind == "enum" {
    if (cs) { what = w[1]; summary("    ", comment); printf "    %s = %s,\n", pascal(w[1]), w[2] }
    else printf "    SE_%s_%s = %s,\n", toupper(name), toupper(w[1]), w[2]
}
kind == "struct" {
    if (cs) { summary("    ", comment); printf "    public %s %s;\n", cstype(w[1]), pascal(w[2]) }
    else printf "    %s %s;\n", ctype(w[1]), w[2]
}
END {
    finish()
    if (cs) printf "/// <summary>Limits that both sides know.</summary>\npublic static class NativeLimits\n{\n%s}\n", constants
}
