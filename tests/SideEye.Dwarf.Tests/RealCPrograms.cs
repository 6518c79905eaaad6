using SideEye.Elf;

namespace SideEye.Dwarf.Tests;

/// <summary>What cgo brings along: C by gcc and clang, whose forms Go never writes.</summary>
public sealed class RealCPrograms
{
    private const string Source = """
        typedef unsigned long word;
        struct list { struct list *next; word value; unsigned flag : 3; char name[12]; union { int i; float f; } u; };
        struct list head = { 0, 7, 1, "head", { 1 } };
        static int weigh(struct list *l, int by) {
            int sum = 0; while (l) { sum += l->value * by; l = l->next; } return sum; }
        __attribute__((noinline)) int cold(int x) { if (x > 100) { int y = weigh(&head, x); return y * y; } return x; }
        int run(int n) { struct list a = { &head, n }; int total = 0;
            for (int i = 0; i < n; i++) { int w = weigh(&a, i); total += cold(w); } return total; }
        """;

    [Theory]
    [InlineData("gcc", "-gdwarf-4")]
    [InlineData("gcc", "-gdwarf-5")]
    [InlineData("gcc", "-gdwarf-5", "-gdwarf64")]
    [InlineData("gcc", "-gdwarf-3", "-gstrict-dwarf")]
    [InlineData("clang", "-gdwarf-2")]
    [InlineData("clang", "-gdwarf-4")]
    [InlineData("clang", "-gdwarf-5")]
    [InlineData("clang", "-gdwarf-5", "-gdwarf64")]
    public void Entries_lists_layouts_and_variables_are_right(string compiler, params string[] flags)
    {
        string folder = Directory.CreateTempSubdirectory("sideeye-c-").FullName;
        try
        {
            string source = Path.Combine(folder, "list.c");
            string library = Path.Combine(folder, "list.so");
            File.WriteAllText(source, Source);
            Tool.Run(compiler, ["-O2", "-fPIC", "-shared", "-nostdlib", .. flags, "-o", library, source]);
            DwarfFile dwarf = DwarfFile.Open(ElfFile.Open(File.ReadAllBytes(library)));
            Assert.Equal(
                LlvmDump.Summarise(Tool.Run("llvm-dwarfdump", "--debug-info", library), operations: false),
                LlvmDump.Walk(dwarf, operations: false));

            StructLayout list = Assert.IsType<StructLayout>(dwarf.FindStruct("list"));
            Assert.Equal(["next@0+8", "value@8+8", "flag@16+4", "name@17+12", "u@32+4"],
                list.Members.Select(m => $"{m.Name}@{m.Offset}+{m.Size}"));
            Assert.Equal(40u, list.Size);
            Assert.Equal(dwarf.Elf.FindSymbol("head")!.Value.Value, dwarf.FindVariable("head"));
            LineProgram lines = dwarf.ReadLineProgram(dwarf.Units[0])!;
            HashSet<string?> files = [];
            foreach (LineRow row in lines.Rows)
                files.Add(lines.FileName(row.File));
            Assert.Equal([source], files);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
