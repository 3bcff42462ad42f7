using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest.Dialects;

/// <summary>One command in the words of one guest.</summary>
/// <param name="Code">What it is.</param>
/// <param name="Payload">What comes with it.</param>
/// <param name="IsAside">Its answer is the dialect's own business and nobody's who asked for something.</param>
internal readonly record struct GuestCommand(GuestCode Code, ReadOnlyMemory<byte> Payload = default, bool IsAside = false)
{
    /// <summary>The token of whatever is said aside.</summary>
    public const long AsideToken = long.MinValue;
}
