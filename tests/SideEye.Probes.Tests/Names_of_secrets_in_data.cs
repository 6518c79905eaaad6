using System.Runtime.InteropServices;
using System.Text;
using SideEye.Probes.Lowering;
using SideEye.Spec.Model;

namespace SideEye.Probes.Tests;

/// <summary>The probe's automaton takes the same names for secrets' as the rules do.</summary>
public sealed class Names_of_secrets_in_data
{
    private static readonly RedactionRules Rules = new(
        ["ssn", "s-s-s", "2fa"], ["TokenBucket", "author_token", "auth", "x2", "my.Cookie"]);

    private static readonly string[] Names =
    [
        "", "a", "password", "PASSWORD", "pass-word", "P_A_S_S_W_D", "passwor", "xpasswordx", "ppassword", "tokentoken",
        "tokenbucket", "Token-Bucket", "TokenBuckets", "aTokenBucket", "author_token", "AUTHORTOKEN", "authortoken2",
        "auth", "Auth", "AUTH", "xauth", "x-auth", "userAuth", "userAUTH", "HTTPAuth", "HTTPauth", "authX", "authHTTP",
        "AuthX", "AUTHx", "AUTHX", "author", "authority", "auth2", "2auth", "auth-2", "oTP", "otp", "OTPs", "myOTP",
        "myOtpCode", "OTPCode", "otpcode", "O.T.P", "-otp-", "otp.", "notp", "ssn", "mySsnNumber", "sss", "ss", "2fa",
        "12fax", "x2", "X-2", "cookie", "myCookie", "my cookies", "Set-Cookie", "Authorization", "api.key",
        "Content-Type",
        "secre", "secret", "sec ret", "aUTH", "aUth", "uAuth", "UAuth", "UAUTH", "auTH", "otP",
    ];

    [Fact]
    public void Every_name_is_judged_as_the_rules_judge_it()
    {
        NameAutomaton automaton = NameAutomaton.Of(Rules);
        NameAutomaton builtIn = NameAutomaton.Of(RedactionRules.Default);
        foreach (string name in Names)
        {
            Assert.True(Rules.IsSecret(name) == automaton.IsSecret(Encoding.UTF8.GetBytes(name)), name);
            Assert.True(RedactionRules.Default.IsSecret(name) == builtIn.IsSecret(Encoding.UTF8.GetBytes(name)), name);
        }
    }

    [Fact]
    public void Names_made_of_pieces_of_others_are_judged_the_same()
    {
        NameAutomaton automaton = NameAutomaton.Of(Rules);
        string[] pieces =
        [
            "auth", "Auth", "AUTH", "otp", "OTP", "tok", "en", "Token", "Bucket", "-", "_", "X", "x", "2",
            "pass", "word", "T", "h", "ssn", ".", "A", "U", "a",
        ];
        Random random = new(4711);
        for (int i = 0; i < 200_000; i++)
        {
            string name = string.Concat(Enumerable.Range(0, random.Next(1, 7))
                .Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.True(Rules.IsSecret(name) == automaton.IsSecret(Encoding.UTF8.GetBytes(name)), name);
        }
    }

    [Theory]
    [InlineData("schlüssel-token", true)] // as the rules say
    [InlineData("日本", false)]
    [InlineData("tok—en", true)] // punctuation
    [InlineData("tokéen", true)] // the rules keep the letter, bytes do not tell
    public void Letters_outside_of_ASCII_hide_no_secret(string name, bool isSecret) =>
        Assert.Equal(isSecret, NameAutomaton.Of(RedactionRules.Default).IsSecret(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void The_table_says_what_the_automaton_says()
    {
        NameAutomaton automaton = NameAutomaton.Of(Rules);
        ReadOnlySpan<ulong> words = automaton.Encode();
        ReadOnlySpan<byte> classes = MemoryMarshal.AsBytes(words[..32]);
        ReadOnlySpan<ushort> next = MemoryMarshal.Cast<ulong, ushort>(words[32..]);
        foreach (string name in Names)
        {
            int state = 0;
            foreach (byte letter in Encoding.UTF8.GetBytes(name))
                state = next[(state * 64) + classes[letter]];
            Assert.Equal(Rules.IsSecret(name), state >= automaton.FirstSecret);
        }
        Assert.InRange(words.Length * sizeof(ulong), 1, 256 << 10);
    }
}
