using System.Buffers;

namespace Rx.Qmp;

/// <summary>Names that users give to devices, nodes and back ends. Checked here, so that no name can become an option or a path.</summary>
internal static class QmpId
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> First =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    private static readonly SearchValues<char> Rest =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    /// <summary>Returns the id if it is one.</summary>
    /// <exception cref="ArgumentException">It is not of the form [A-Za-z0-9][A-Za-z0-9_.-]{0,63}.</exception>
    public static string Check(string id, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(id, parameter);
        return id.Length <= MaxLength && First.Contains(id[0]) && !id.AsSpan().ContainsAnyExcept(Rest)
            ? id
            : throw new ArgumentException(
                "An id has 1 to 64 letters, digits, '_', '.' or '-' and starts with a letter or digit.", parameter);
    }
}
