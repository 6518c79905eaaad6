using System.Globalization;

namespace SideEye.Capture.Values.Wellknown;

/// <summary>Floating-point numbers as Go's %g and %v print them.</summary>
internal static class FloatText
{
    /// <summary>The shortest text that reads back as the same number.</summary>
    /// <param name="bits">IEEE 754.</param>
    /// <param name="bytes">4 or 8.</param>
    public static string Of(ulong bits, long bytes)
    {
        double value = bytes == 4 ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits);
        if (!double.IsFinite(value))
            return OfSpecial(value);
        string digits = bytes == 4
            ? ((float)value).ToString("E8", CultureInfo.InvariantCulture)
            : value.ToString("E16", CultureInfo.InvariantCulture);
        int exponent = int.Parse(digits.AsSpan(digits.IndexOf('E') + 1), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);
        string shortest = bytes == 4
            ? ((float)value).ToString("R", CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);
        // strconv.FormatFloat(f, 'g', -1, n) as fmt's %v uses it: exponents below -4 and from 6 on.
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";
        return exponent is < -4 or >= 6 ? Scientific(shortest, exponent) : Plain(shortest, exponent);
    }

    /// <summary>NaN and the infinities.</summary>
    public static string OfSpecial(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";

    /// <summary>
    /// The float64 that prints like a float32, so that 0.1 is 0.1 in a column as it is in a document; converted back it
    /// is the same float32.
    /// </summary>
    public static double AsPrinted(float value) => float.IsFinite(value)
        ? double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : value;

    private static (string Sign, string Digits) Parts(string shortest)
    {
        int e = shortest.IndexOf('E');
        string mantissa = (e < 0 ? shortest : shortest[..e]).Replace(".", "", StringComparison.Ordinal);
        string sign = mantissa[0] == '-' ? "-" : "";
        string digits = mantissa[sign.Length..].TrimStart('0').TrimEnd('0');
        return (sign, digits);
    }

    private static string Scientific(string shortest, int exponent)
    {
        (string sign, string digits) = Parts(shortest);
        string fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
        return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string Plain(string shortest, int exponent)
    {
        (string sign, string digits) = Parts(shortest);
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }
}
