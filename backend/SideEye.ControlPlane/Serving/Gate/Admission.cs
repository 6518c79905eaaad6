using Microsoft.AspNetCore.Http;

namespace SideEye.ControlPlane.Serving.Gate;

/// <summary>How somebody came in.</summary>
/// <param name="Person">Who.</param>
/// <param name="SpeaksForOthers">Whether they say for whom they ask, as Grafana does.</param>
internal sealed record Admission(Person Person, bool SpeaksForOthers)
{
    /// <summary>Whether anybody of this machine comes in so, without a token or certificate.</summary>
    public bool IsAnybody { get; init; }

    /// <summary>How the caller of a request came in.</summary>
    /// <exception cref="InvalidOperationException">The gate was not passed: a defect of ours.</exception>
    public static Admission Of(HttpContext context) => context.Items.TryGetValue(typeof(Admission), out object? value)
        && value is Admission admission ? admission : throw new InvalidOperationException("a request passed no gate");

    /// <summary>For whom a caller asks.</summary>
    /// <param name="user">The name that it says; empty when it asks for itself.</param>
    /// <param name="role">The role that it says.</param>
    /// <param name="nameCharactersMax">Characters of a name.</param>
    /// <exception cref="RefusedException">It says a role that is none.</exception>
    public Person For(string user, string role, int nameCharactersMax)
    {
        if (!SpeaksForOthers || user.Length == 0)
            return Person;
        if (user.Length > nameCharactersMax || user.Any(char.IsControl))
            throw new RefusedException("the name of the user is too long or has control characters");
        return new Person($"{user} via {Person.Name}", role switch
        {
            "Viewer" => Role.Viewer,
            "Editor" => Role.Editor,
            "Admin" => Role.Admin,
            _ => throw new RefusedException($"{user} has none of the roles Viewer, Editor and Admin"),
        });
    }

    /// <summary>Notes on a request who makes it.</summary>
    public void NoteOn(HttpContext context, Person person)
    {
        context.Items[typeof(Admission)] = this;
        context.Items[typeof(Person)] = person;
    }
}

/// <summary>Somebody may not do what they ask for; for people.</summary>
internal sealed class RefusedException(string message) : Exception(message);
