using System.Text;
using SideEye.Capture.Values.Documents;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Wellknown;

/// <summary>
/// The messages of the standard library's errors, put together as their Error methods do (Go 1.19 to 1.27).
/// </summary>
internal sealed class ErrorText(ValueDocuments documents)
{
    private readonly InterfaceReader interfaces = new(documents.Memory, documents.Rules, documents.Shapes);
    private int links;

    /// <summary>True for types whose messages are known here.</summary>
    public static bool Knows(GoType type) => type.Name is
        "*errors.errorString" or "*errors.joinError" or "*fmt.wrapError" or "*fmt.wrapErrors" or "*fmt.fmtError"
        or "*io/fs.PathError" or "*os.LinkError" or "*os.SyscallError" or "*net.OpError" or "*net.DNSError"
        or "*net.AddrError" or "*net.ParseError" or "*net.timeoutError" or "net.canceledError"
        or "net.UnknownNetworkError" or "*net/url.Error" or "*strconv.NumError" or "syscall.Errno"
        or "context.deadlineExceededError" or "*internal/poll.DeadlineExceededError" or "internal/poll.errNetClosing"
        or "runtime.errorString" or "*encoding/json.SyntaxError" or "*time.ParseError" or "*time.parseDurationError"
        or "*net/http.httpError" or "*net/http.timeoutError" or "net/http.tlsHandshakeTimeoutError"
        or "*net/http.ProtocolError" or "*net/http.MaxBytesError" or "net/textproto.ProtocolError" or "*os/exec.Error";

    /// <summary>Puts the message of an error together.</summary>
    /// <param name="type">Its type, one that <see cref="Knows"/> says.</param>
    /// <param name="at">Where it is.</param>
    /// <param name="depth">Pointers that may be followed.</param>
    /// <returns>The message; null when some part of it is not to be had.</returns>
    public string? Compose(GoType type, TargetAddress at, int depth)
    {
        links = 0;
        StringBuilder text = new();
        return Append(type, at, depth, text) ? text.ToString() : null;
    }

    private bool Append(GoType type, TargetAddress at, int depth, StringBuilder text)
    {
        if (++links > documents.Bounds.ErrorLinksMax || text.Length > documents.Bounds.DocumentBytesMax)
            return false;
        switch (type.Name)
        {
            case "syscall.Errno":
                bool isRead = documents.Memory.TryReadUnsigned(at, type.Size, out ulong number);
                text.Append(ErrnoText.Of(number));
                return isRead;
            case "context.deadlineExceededError":
                text.Append("context deadline exceeded");
                return true;
            case "net.canceledError":
                text.Append("operation was canceled");
                return true;
            case "internal/poll.errNetClosing":
                text.Append("use of closed network connection");
                return true;
            case "runtime.errorString":
                text.Append("runtime error: ");
                return AppendString(at, text);
            case "net.UnknownNetworkError":
                text.Append("unknown network ");
                return AppendString(at, text);
            case "net/textproto.ProtocolError":
                return AppendString(at, text);
            case "net/http.tlsHandshakeTimeoutError":
                text.Append("net/http: TLS handshake timeout");
                return true;
        }
        if (type is not { Kind: GoKind.Pointer, Element: { } element } || !Knows(type) || depth <= 0
            || !documents.Memory.TryReadAddress(at, out TargetAddress target) || target.IsNil)
        {
            return false;
        }
        return AppendStruct(new Part(element, target, depth - 1), text);
    }

    private bool AppendStruct(Part error, StringBuilder text)
    {
        switch (error.Type.Name)
        {
            case "errors.errorString" or "fmt.fmtError":
                return AppendField(error, "s", text);
            case "fmt.wrapError" or "fmt.wrapErrors" or "encoding/json.SyntaxError":
                return AppendField(error, "msg", text);
            case "errors.joinError":
                return AppendAll(error, "errs", text);
            case "net.timeoutError" or "internal/poll.DeadlineExceededError":
                text.Append("i/o timeout");
                return true;
            case "io/fs.PathError":
                return AppendField(error, "Op", text) && AppendField(error, "Path", text, " ")
                    && AppendError(error, text);
            case "os.LinkError":
                return AppendField(error, "Op", text) && AppendField(error, "Old", text, " ")
                    && AppendField(error, "New", text, " ") && AppendError(error, text);
            case "os.SyscallError":
                return AppendField(error, "Syscall", text) && AppendError(error, text);
            case "net/url.Error":
                return AppendField(error, "Op", text) && AppendQuoted(error, "URL", " ", text)
                    && AppendError(error, text);
            case "strconv.NumError":
                text.Append("strconv.");
                return AppendField(error, "Func", text) && AppendQuoted(error, "Num", ": parsing ", text)
                    && AppendError(error, text);
            case "net.DNSError":
                text.Append("lookup ");
                return AppendField(error, "Name", text) && AppendField(error, "Server", text, " on ", isOptional: true)
                    && AppendField(error, "Err", text, ": ");
            case "net.AddrError":
                return AppendField(error, "Addr", text, "address ", isOptional: true)
                    && AppendField(error, "Err", text, text.Length > 0 ? ": " : "");
            case "net.ParseError":
                text.Append("invalid ");
                return AppendField(error, "Type", text) && AppendField(error, "Text", text, ": ");
            case "net.OpError":
                return AppendOperation(error, text);
            case "net/http.httpError" or "net/http.timeoutError":
                return AppendField(error, "err", text);
            case "net/http.ProtocolError":
                return AppendField(error, "ErrorString", text);
            case "net/http.MaxBytesError":
                text.Append("http: request body too large");
                return true;
            case "os/exec.Error":
                return AppendQuoted(error, "Name", "exec: ", text) && AppendError(error, text);
            case "time.parseDurationError":
                return AppendField(error, "message", text, "time: ") && AppendTimeQuoted(error, "value", " ", text);
            case "time.ParseError":
                return AppendTimeParsing(error, text);
            default:
                return false;
        }
    }

    private bool AppendOperation(Part error, StringBuilder text)
    {
        if (!AppendField(error, "Op", text) || !AppendField(error, "Net", text, " ", isOptional: true))
            return false;
        int before = text.Length;
        if (!AppendAddress(error, "Source", " ", text))
            return false;
        return AppendAddress(error, "Addr", text.Length > before ? "->" : " ", text) && AppendError(error, text);
    }

    private bool AppendTimeParsing(Part error, StringBuilder text)
    {
        if (!AppendTimeQuoted(error, "Value", "parsing time ", text)
            || documents.Wellknown.ReadString(error.Type, error.At, "Message", out string message) is not null)
        {
            return false;
        }
        text.Append(message);
        return message.Length > 0 || (AppendTimeQuoted(error, "Layout", " as ", text)
            && AppendTimeQuoted(error, "ValueElem", ": cannot parse ", text)
            && AppendTimeQuoted(error, "LayoutElem", " as ", text));
    }

    private bool AppendAddress(Part error, string name, string before, StringBuilder text)
    {
        if (Layouts.Field(error.Type, name) is not { } field
            || interfaces.Read(field.Type, error.At + (ulong)field.Offset, out HeldValue held) is not null)
        {
            return false;
        }
        if (held.Type is null)
            return true;
        if (held.Type is not { Kind: GoKind.Pointer, Element: { } element } || error.Depth <= 0
            || !documents.Memory.TryReadAddress(held.Address, out TargetAddress target) || target.IsNil)
        {
            return false;
        }
        WellknownType known = WellknownTypes.Of(element);
        bool isAddress = known is WellknownType.HostPort or WellknownType.IpAddr or WellknownType.IpNet
            or WellknownType.UnixAddr;
        if (!isAddress
            || documents.Wellknown.Read(known, element, target, error.Depth - 1, out string? address) is not null)
        {
            return false;
        }
        text.Append(before).Append(address);
        return true;
    }

    private bool AppendField(
        Part error, string name, StringBuilder text, string before = "", bool isOptional = false)
    {
        if (documents.Wellknown.ReadString(error.Type, error.At, name, out string value) is not null)
            return false;
        if (!isOptional || value.Length > 0)
            text.Append(before).Append(value);
        return true;
    }

    private bool AppendQuoted(Part error, string name, string before, StringBuilder text)
    {
        if (documents.Wellknown.ReadString(error.Type, error.At, name, out string value) is not null)
            return false;
        text.Append(before).Append(GoQuote.Of(value));
        return true;
    }

    /// <summary>Package time has quotes of its own; what they escape is left to those who show the fields.</summary>
    private bool AppendTimeQuoted(Part error, string name, string before, StringBuilder text)
    {
        if (documents.Wellknown.ReadString(error.Type, error.At, name, out string value) is not null
            || value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return false;
        }
        string escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        text.Append(before).Append('"').Append(escaped).Append('"');
        return true;
    }

    private bool AppendString(TargetAddress at, StringBuilder text)
    {
        if (documents.Text.ReadString(at, out ReadOnlySpan<byte> utf8) is not null)
            return false;
        text.Append(Encoding.UTF8.GetString(utf8));
        return true;
    }

    /// <summary>Appends the message of the error in the field Err.</summary>
    private bool AppendError(Part error, StringBuilder text)
    {
        text.Append(": ");
        return Layouts.Field(error.Type, "Err") is { } field
            && AppendHeld(field.Type, error.At + (ulong)field.Offset, error.Depth, text);
    }

    private bool AppendAll(Part error, string name, StringBuilder text)
    {
        if (Layouts.Field(error.Type, name) is not { Type.Element: { } element } field || error.Depth <= 0
            || documents.Text.ReadSlice(error.At + (ulong)field.Offset, out ulong start, out long length) is not null
            || length > documents.Bounds.ErrorLinksMax)
        {
            return false;
        }
        for (long i = 0; i < length; i++)
        {
            text.Append(i > 0 ? "\n" : "");
            TargetAddress at = new TargetAddress(start) + ((ulong)i * (ulong)element.Size);
            if (!AppendHeld(element, at, error.Depth - 1, text))
                return false;
        }
        return true;
    }

    private bool AppendHeld(GoType type, TargetAddress at, int depth, StringBuilder text)
    {
        if (interfaces.Read(type, at, out HeldValue held) is not null || held.Type is null)
            return false;
        if (!held.IsDirect && depth <= 0)
            return false;
        return Append(held.Type, held.Address, held.IsDirect ? depth : depth - 1, text);
    }

    /// <summary>An error whose fields are read.</summary>
    private readonly record struct Part(GoType Type, TargetAddress At, int Depth);
}
