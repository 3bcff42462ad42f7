using System.Diagnostics;

namespace Rx.Vm.Fold;

/// <summary>Fields of a core, which is one number.</summary>
internal static class Bits
{
    /// <summary>The field of <paramref name="width"/> bits that begins at bit <paramref name="at"/>.</summary>
    public static int Get(ulong bits, int at, int width) => (int)(bits >> at & (1UL << width) - 1);

    /// <summary>The number with that field set to <paramref name="value"/>.</summary>
    public static ulong Set(ulong bits, int at, int width, int value)
    {
        Debug.Assert((uint)value < 1u << width, "the field is wide enough");
        return bits & ~((1UL << width) - 1 << at) | (ulong)(uint)value << at;
    }

    /// <summary>The flag at bit <paramref name="at"/>.</summary>
    public static bool Has(ulong bits, int at) => (bits >> at & 1) != 0;

    /// <summary>The number with that flag set to <paramref name="value"/>.</summary>
    public static ulong Put(ulong bits, int at, bool value) => value ? bits | 1UL << at : bits & ~(1UL << at);
}
