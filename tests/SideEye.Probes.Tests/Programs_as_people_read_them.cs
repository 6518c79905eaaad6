namespace SideEye.Probes.Tests;

/// <summary>Capture programs in words, which a person has read.</summary>
public sealed class Programs_as_people_read_them
{
    [Fact]
    public async Task Of_the_demonstration_of_two_processes()
    {
        string spec = await File.ReadAllTextAsync(
            Repository.PathOf("tests", "targets", "pair", "spec.yaml"), TestContext.Current.CancellationToken);
        CompiledProgram program = await CompiledProgram.OfAsync(new GoFixture("pair", "1.27"), spec);
        Assert.Empty(program.Problems);
        Golden.Verify("pair.txt", program.Text());
    }

    [Fact]
    public async Task Of_values_of_every_kind_in_optimised_code()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(new GoFixture("values", "1.27"), """
            version: 1
            functions:
              - { function: main.secrets, capture: [user, byPointer] }
              - { function: main.mapsOfMore, capture: [toBulky, toMap, "toStruct[\"p\"].y"] }
              - { function: main.channelsWaitedOn, capture: [sent, len(awaited)] }
              - { function: main.cycles, capture: [root, { expr: first.next.next.value, as: third }] }
              - { function: main.startClosures.func2, capture: [counter, list] }
              - { function: main.inlinedOuter, capture: [name, main.gMap] }
              - { function: main.genericFunction, capture: [name] }
            """);
        Assert.Empty(program.Problems);
        Golden.Verify("values.txt", program.Text());
    }

    [Fact]
    public async Task Of_elements_and_parts()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(new GoFixture("values", "1.27"), """
            version: 1
            functions:
              - function: main.mapsOfMore
                capture:
                  - { expr: "toPointer[*].{x, second: y}", as: parts }
                  - { expr: "toSlice[*][*]", as: texts }
              - function: main.secrets
                capture:
                  - { expr: "byPointer.{User, Password, nested.public}", as: account }
              - function: main.interfacesInside
                capture:
                  - { expr: "many[*].(*main.circle).centre.x", as: centres, optional: true }
            """);
        Assert.Empty(program.Problems);
        Golden.Verify("selected.txt", program.Text());
    }

    [Fact]
    public async Task Of_what_interfaces_hold()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(new GoFixture("values", "1.27"), """
            version: 1
            types:
              - { type: "*main.circle", capture: [centre.x] }
            functions:
              - function: main.interfacesInside
                capture: [byValue, { expr: "many[1].(*main.circle).centre", as: centre }]
            """);
        Assert.Empty(program.Problems);
        Golden.Verify("interfaces.txt", program.Text(withTypes: true));
    }

    [Fact]
    public async Task The_same_binary_and_spec_give_the_same_text()
    {
        GoFixture values = new("values", "1.27");
        string first = (await CompiledProgram.OfAsync(values, "main.interfacesInside", "many", "nested")).Text(true);
        string second = (await CompiledProgram.OfAsync(values, "main.interfacesInside", "many", "nested")).Text(true);
        Assert.Equal(first, second);
    }
}
