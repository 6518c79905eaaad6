namespace SideEye.Bpf.Tests;

/// <summary>
/// Of fields, variables and entries of maps with names of secrets no byte is in what leaves the probe or the other
/// reader, wherever they lie; what lies beside them is. With exceptions in the spec they are there.
/// </summary>
public sealed class Secrets_stay_in_their_process
{
    private const string Exceptions = """
        redact:
          allow: [token, Secret, ApiKey, Authorization, Set-Cookie, db_PassWord, userAuth, token_bucket,
            schlüssel-token, otp, signing-key, api_key, secrets, session token, password, credentials, client.secret,
            jwt, passphrase, privateKey, credential, cookie, KEY]
        """;

    private static readonly string LongKey = new string('k', 250) + "token";

    private static readonly string[] Harmless =
    [
        "field", "element0", "element1", "element2", "pointer", "user", "header", "config", "author", "noname", "array",
        "nested", "wide", "any", "large0", "large99", "length", "other", "stack", "alias", "running", "deep",
    ];

    // On the heap, under secret keys, and on stacks.
    private static readonly string[] Secret =
    [
        "field", "element0", "element1", "element2", "pointer", "struct", "private",
        "header", "cookie", "config", "word", "exception", "array", "nested", "outer", "wide", "any", "large", "length",
        "jwt", "stack", "box", "two0", "two1", "parameter", "running", "deep",
    ];

    public static TheoryData<string, string, bool> Builds => new MatrixTheoryData<string, string, bool>(
        ["1.23", "1.27"], ["default", "noopt"], [true, false]);

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task No_byte_of_a_secret_is_copied(string version, string variant, bool inside)
    {
        Requires.Bpf();
        await using VaultTarget vault = await VaultTarget.StartAsync(version, variant);

        string copied = vault.Copy(inside);

        // Without optimisation the caller of byValue has a copy that only the compiler has a name for.
        Assert.DoesNotContain("secret of ", copied.Replace("secret of parameter", "", StringComparison.Ordinal));
        Assert.DoesNotContain("s-number", copied);
        // Before Go 1.25 the debug information gives arrays no place in optimised code: whoever has a secret among them
        // blanks them all.
        string[] placeless = (version, variant) == ("1.23", "default") ? ["stack", "alias", "running", "deep"] : [];
        Assert.Equal([], Harmless.Except(placeless).Where(each => !Has(copied, "public", each)));
        Assert.Contains("p-number", copied);
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task What_a_spec_allows_is_copied(string version, string variant, bool inside)
    {
        Requires.Bpf();
        await using VaultTarget vault = await VaultTarget.StartAsync(version, variant);

        string copied = vault.Copy(inside, Exceptions.Replace("KEY", LongKey, StringComparison.Ordinal));

        Assert.Equal([], Secret.Where(each => !Has(copied, "secret", each)));
        Assert.Contains("s-number", copied);
        // A key of more than 256 bytes is taken for a secret's name, and one that is not ASCII is not allowed so far.
        Assert.DoesNotContain("secret of toolong", copied);
        Assert.DoesNotContain("secret of umlaut", copied);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Names_that_a_spec_adds_are_secret_too(bool inside)
    {
        Requires.Bpf();
        await using VaultTarget vault = await VaultTarget.StartAsync("1.27", "default");

        string copied = vault.Copy(inside, "redact: { names: [HOST, regi_on, plain] }");

        string[] named = ["config", "nested", "wide", "stack"];
        Assert.Equal([], named.Where(each => Has(copied, "public", each)));
        Assert.True(Has(copied, "public", "author"));
    }

    private static bool Has(string copied, string word, string kind) =>
        copied.Contains($"{word} of {kind}", StringComparison.Ordinal);
}
