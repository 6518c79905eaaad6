using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.Agent;

namespace SideEye.ControlPlane.Tests;

public sealed class Names_of_processes : CatalogFixture
{
    [Fact]
    public void A_process_is_called_after_its_program_with_the_smallest_number_that_is_free_and_stays_so()
    {
        ProcessNames names = Names();
        Assert.Equal("shop-1", names.NameOf(One("a:1", "1@1", "shop")));
        Assert.Equal("shop-2", names.NameOf(One("a:1", "2@1", "shop")));
        Assert.Equal("shop-3", names.NameOf(One("b:1", "1@1", "shop")));
        Assert.Equal("depot-1", names.NameOf(One("a:1", "3@1", "", name: "depot")));
        Assert.Equal("shop-1", names.NameOf(One("a:1", "1@1", "another by now")));
        Close();
        Assert.Equal("shop-2", Names().NameOf(One("a:1", "2@1", "shop")));
    }

    [Fact]
    public void A_pod_gives_its_name_to_its_process_and_numbers_to_those_after_it()
    {
        ProcessNames names = Names();
        Assert.Equal("shop-7d9f-x2x", names.NameOf(One("a:1", "1@1", "shop", pod: "prod/shop-7d9f-x2x")));
        Assert.Equal("shop-7d9f-x2x-2", names.NameOf(One("a:1", "2@1", "shop", pod: "shop-7d9f-x2x")));
    }

    [Theory]
    [InlineData("../x", "x-1")]
    [InlineData("a\0b c\n", "a-b-c-1")]
    [InlineData("☃", "process-1")]
    [InlineData("", "process-1")]
    public void A_hostile_program_gets_a_plain_name(string program, string name) =>
        Assert.Equal(name, Names().NameOf(One("a:1", "1@1", program)));

    [Fact]
    public void A_name_has_at_most_64_characters_and_ends_as_the_pod_does()
    {
        string name = Names().NameOf(One("a:1", "1@1", "shop", pod: new string('p', 200) + "-x7z"));
        Assert.InRange(name.Length, 1, 64);
        Assert.EndsWith("p-x7z", name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_measure_or_no_key_is_not_kept()
    {
        ProcessNames names = Names();
        string key = new('k', 10_000);
        Assert.Equal("shop", names.NameOf(One("a:1", key, "shop")));
        Assert.Equal("shop", names.NameOf(One("a:1", "", "shop")));
        Assert.Throws<CatalogException>(() => names.Rename("a:1", key, "mine"));
    }

    [Fact]
    public void A_person_gives_another_name_which_nobody_else_may_have()
    {
        ProcessNames names = Names();
        FleetProcess one = One("a:1", "1@1", "shop");
        FleetProcess two = One("a:1", "2@1", "shop");
        names.NameOf(one);
        names.NameOf(two);
        names.Rename("a:1", "1@1", "canary");
        Assert.Equal("canary", names.NameOf(one));
        Assert.Equal(CatalogError.Conflict, Failure(() => names.Rename("a:1", "2@1", "canary")));
        Assert.Equal(CatalogError.NotFound, Failure(() => names.Rename("a:1", "9@9", "free")));
        Assert.Equal(CatalogError.Invalid, Failure(() => names.Rename("a:1", "2@1", "../x")));
        names.Rename("a:1", "1@1", "canary");
        Assert.Equal("shop-1", names.NameOf(One("a:1", "3@1", "shop")));
        Close();
        Assert.Equal("canary", Names().NameOf(one));
    }

    [Fact]
    public void Who_was_not_seen_for_long_is_forgotten_and_who_was_is_not()
    {
        ProcessNames names = Names();
        FleetProcess gone = One("a:1", "1@1", "shop");
        FleetProcess seen = One("a:1", "2@1", "shop");
        names.NameOf(gone);
        names.NameOf(seen);
        for (int day = 0; day < 8; day++)
        {
            Time.Advance(TimeSpan.FromDays(1));
            Assert.Equal("shop-2", names.NameOf(seen));
        }
        Assert.Equal("shop-1", names.NameOf(One("a:1", "3@1", "shop")));
        Assert.Equal("shop-3", names.NameOf(gone));
        Close();
        Assert.Equal("shop-2", Names().NameOf(seen));
    }

    [Fact]
    public void There_is_an_end_to_how_many_are_kept_and_those_seen_last_stay()
    {
        ProcessNames names = Names(new ProcessNameLimits { NamesMax = 20 });
        for (int i = 0; i < 100; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            names.NameOf(One("a:1", $"{i}@1", "shop"));
        }
        Assert.InRange(Rows(), 17, 20);
        names.Rename("a:1", "99@1", "the-last");
        Assert.Equal(CatalogError.NotFound, Failure(() => names.Rename("a:1", "0@1", "the-first")));
    }

    [Fact]
    public async Task Many_threads_never_get_one_name_twice()
    {
        ProcessNames names = Names();
        string[][] given = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(
            () => Enumerable.Range(0, 20).Select(i => names.NameOf(One($"a:{thread / 2}", $"{i}@1", "shop"))).ToArray(),
            Stop)));
        for (int pair = 0; pair < 8; pair += 2)
            Assert.Equal(given[pair], given[pair + 1]);
        Assert.Equal(80, given.SelectMany(static one => one).Distinct().Count());
    }

    private static CatalogError Failure(Action what) => Assert.Throws<CatalogException>(what).Error;

    private static FleetProcess One(string agent, string key, string program, string name = "", string pod = "") =>
        new(agent, "host", new Process { Key = key, Program = program, Name = name, Pod = pod });

    private ProcessNames Names(ProcessNameLimits? limits = null) => new(
        Database, limits ?? ProcessNameLimits.Default, Time, NullLogger<ProcessNames>.Instance);

    private long Rows()
    {
        using SqliteConnection connection = new($"Data Source={Database.FilePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM process_names";
        return (long)command.ExecuteScalar()!;
    }
}
