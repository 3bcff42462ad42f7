namespace Rx.Vm;

/// <summary>Sizes of memory, written as they are said: <c>128.MiB()</c>.</summary>
public static class MemorySize
{
    /// <summary><paramref name="count"/> mebibytes in bytes.</summary>
    public static long MiB(this int count) => (long)count << 20;

    /// <summary><paramref name="count"/> gibibytes in bytes.</summary>
    public static long GiB(this int count) => (long)count << 30;
}
