using System.Runtime.InteropServices;

namespace Rx.Vm.Init.Native;

/// <summary>The kernel refused something: what was tried, and its reason.</summary>
internal sealed class SystemCallException(string what, int errno) : Exception($"{what}: {Describe(errno)}")
{
    /// <summary>The error number.</summary>
    public int Errno { get; } = errno;

    /// <summary>The text of an error number.</summary>
    public static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";

    /// <summary>Passes a result on unless it says failure.</summary>
    public static int Check(int result, string what) =>
        result >= 0 ? result : throw new SystemCallException(what, Marshal.GetLastPInvokeError());

    /// <summary>As <see cref="Check(int, string)"/>.</summary>
    public static nint Check(nint result, string what) =>
        result >= 0 ? result : throw new SystemCallException(what, Marshal.GetLastPInvokeError());
}
